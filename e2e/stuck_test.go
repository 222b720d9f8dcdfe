//go:build e2e

package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/e2e/process"
)

// stuck says why a process makes no progress: what the broker knows of its group, where its goroutines stand. A log of CI
// keeps the end of what a test wrote, so the whole goes to a file and what explains it is short.
func (sc *scene) stuck(pr *process.Process) {
	sc.t.Helper()
	lines := sc.broker.Health(sc.t.Context(), group)
	log := logOnly(pr.Output())
	if err := pr.Signal(syscall.SIGQUIT); err != nil {
		sc.t.Log(err)
	}
	if _, err := pr.Exit(sc.t.Context(), 10*time.Second); err != nil {
		sc.t.Log(err)
	}
	dump := pr.Output()
	broker, err := os.ReadFile(sc.broker.Log())
	if err != nil {
		sc.t.Log(err)
	}
	path := filepath.Join(sc.root, "out", "stuck-"+strings.ReplaceAll(sc.t.Name(), "/", "-")+".log")
	whole := strings.Join(lines, "\n") + "\n\n=== processor\n" + dump + "\n\n=== broker\n" + string(broker)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		sc.t.Log(err)
	} else if err := os.WriteFile(path, []byte(whole), 0o644); err != nil {
		sc.t.Log(err)
	}
	sc.t.Logf("the processor is stuck; the whole of it is in %s\n--- the processor wrote\n%s\n--- the broker wrote\n%s\n--- the broker says\n%s\n--- the goroutines of the processor\n%s",
		path, lastLines(log, 12), sc.broker.Tail(), lastLines(strings.Join(lines, "\n"), 40), lastLines(strings.Join(standing(dump), "\n"), 20))
}

// quitLine is where the Go runtime begins its answer to SIGQUIT.
const quitLine = "SIGQUIT: quit"

// logOnly is what a process wrote before it was asked where it stands.
func logOnly(output string) string {
	before, _, _ := strings.Cut(output, quitLine)
	return before
}

// frame is the line of a stack that names a function: package path, name, arguments.
var frame = regexp.MustCompile(`^(?:[\w.]+/)*([\w.()*\[\]-]+)\(.*\)$`)

// framesShown is how many frames tell one goroutine from another.
const framesShown = 7

// standing is a line for each place where goroutines of the product stand, innermost frame first.
func standing(dump string) []string {
	var lines []string
	seen := map[string]int{}
	for _, stack := range strings.Split(dump, "\n\n") {
		head, body, ok := strings.Cut(strings.TrimSpace(stack), "\n")
		if !ok || !strings.HasPrefix(head, "goroutine ") || !strings.Contains(body, "holdfast/processor.") {
			continue
		}
		_, state, _ := strings.Cut(head, "[")
		var frames []string
		for _, line := range strings.Split(body, "\n") {
			if name := frame.FindStringSubmatch(line); name != nil && len(frames) < framesShown {
				frames = append(frames, name[1])
			}
		}
		line := "[" + strings.TrimSuffix(state, ":") + " " + strings.Join(frames, " < ")
		if seen[line]++; seen[line] == 1 {
			lines = append(lines, line)
		}
	}
	for i, line := range lines {
		if seen[line] > 1 {
			lines[i] = fmt.Sprintf("%d x %s", seen[line], line)
		}
	}
	return lines
}

// lastLines is the end of a text.
func lastLines(text string, count int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > count {
		lines = append([]string{"..."}, lines[len(lines)-count:]...)
	}
	return strings.Join(lines, "\n")
}

func TestStandingNamesThePlacesAndNoRegisters(t *testing.T) {
	dump := `{"level":"info"}
SIGQUIT: quit
PC=0x491d01 m=0 sigcode=0

goroutine 0 gp=0x1b8b400 m=0 mp=0x1b8c2e0 [idle]:
internal/runtime/syscall/linux.Syscall6()
	/go/src/internal/runtime/syscall/linux/asm_linux_amd64.s:36 +0x11

goroutine 12 gp=0xc000 m=nil [select, 3 minutes]:
runtime.gopark(0x1?, 0x2?)
	/go/src/runtime/proc.go:462 +0xce
holdfast/processor.(*Processor).wait(0xc0, {0x1, 0x2}, 0x3)
	/src/processor/session.go:170 +0x8c
holdfast/processor.(*lane).restore.func1()
	/src/processor/restore.go:40 +0x33

goroutine 13 gp=0xc001 m=nil [select, 3 minutes]:
runtime.gopark(0x7?, 0x8?)
	/go/src/runtime/proc.go:462 +0xce
holdfast/processor.(*Processor).wait(0xc9, {0x1, 0x2}, 0x3)
	/src/processor/session.go:170 +0x8c
holdfast/processor.(*lane).restore.func1()
	/src/processor/restore.go:40 +0x33

rax    0xca
rip    0x491d01
`
	want := "2 x [select, 3 minutes] runtime.gopark < processor.(*Processor).wait < processor.(*lane).restore.func1"
	if got := strings.Join(standing(dump), "\n"); got != want {
		t.Errorf("standing:\n%s\nwant:\n%s", got, want)
	}
	if got := strings.TrimSpace(logOnly(dump)); got != `{"level":"info"}` {
		t.Errorf("logOnly: %s", got)
	}
}
