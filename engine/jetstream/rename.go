package jetstream

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// keepsRenames says whether a file that takes another's place by renaming is on
// disk before its name is, although nobody synced it: the server rewrites old
// files of messages so. What is not known for sure is no: of Linux's ext4 it is
// known, with a journal and unless it was mounted otherwise.
func keepsRenames(dir string) bool {
	path, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	if path, err = filepath.Abs(path); err != nil {
		return false
	}
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only read
	var lines []string
	for in := bufio.NewScanner(f); in.Scan(); {
		lines = append(lines, in.Text())
	}
	m, ok := mountOf(lines, path)
	return ok && m.keepsRenames() && m.journaled()
}

// mount is where a file system is, as the kernel tells it.
type mount struct {
	point, kind, device string // the device by its numbers
	options             []string
}

// mountOf finds the mount that holds a path: the longest, and of those on one
// point the last.
func mountOf(lines []string, path string) (found mount, ok bool) {
	for _, line := range lines {
		m, good := mountIn(line)
		if good && within(path, m.point) && len(m.point) >= len(found.point) {
			found, ok = m, true
		}
	}
	return found, ok
}

// mountIn reads a line of mountinfo: "36 35 98:0 /root /point rw,noatime
// optional fields - ext4 /dev/sda1 rw,errors=continue".
func mountIn(line string) (mount, bool) {
	first, second, ok := strings.Cut(line, " - ")
	a, b := strings.Fields(first), strings.Fields(second)
	if !ok || len(a) < 6 || len(b) < 3 {
		return mount{}, false
	}
	point := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(a[4])
	return mount{point, b[0], a[2], strings.Split(b[2], ",")}, true
}

func within(path, point string) bool {
	return point == "/" || path == point || strings.HasPrefix(path, point+"/")
}

func (m *mount) keepsRenames() bool {
	return m.kind == "ext4" && !slices.ContainsFunc(m.options, func(o string) bool {
		return slices.Contains([]string{"noauto_da_alloc", "auto_da_alloc=0", "data=writeback", "nobarrier", "barrier=0"}, o)
	})
}

// journaled says whether the file system has a journal, which is a thread of the
// kernel.
func (m *mount) journaled() bool {
	device, err := os.Readlink(filepath.Join("/sys/dev/block", m.device))
	if err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join("/sys/fs/ext4", filepath.Base(device), "journal_task"))
	return err == nil
}
