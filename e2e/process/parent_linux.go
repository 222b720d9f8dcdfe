package process

import "syscall"

// dieWithParent asks the kernel to kill the child when the test binary is gone, however it ended.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
