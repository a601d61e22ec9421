//go:build unix

package verdicts

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// ownGroup makes the command the head of a group that ends as one.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// peakMiB is the most memory that was resident at once.
func peakMiB(s *os.ProcessState) int {
	usage, ok := (*syscall.Rusage)(nil), false
	if s != nil {
		usage, ok = s.SysUsage().(*syscall.Rusage)
	}
	if !ok {
		return 0
	}
	unit := 1024 // KiB on Linux
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	return int(usage.Maxrss) * unit >> 20
}
