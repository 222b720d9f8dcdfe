package demo

import (
	"os"
	"testing"
)

func TestPrint(t *testing.T) {
	_, re := fixtureReport(1, 300)
	re.WriteText(os.Stdout)
	f, _ := os.Create("/tmp/demo-page.html")
	if err := re.WritePage(f); err != nil {
		t.Fatal(err)
	}
	f.Close()
}
