package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// erasedHead is the first line of a list of destroyed data keys.
const erasedHead = "yuanmeng-erased-1"

var mark = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ErasedFile is where the list of destroyed data keys lies: beside the key file,
// which is kept apart from the database.
func ErasedFile(keyFile string) string { return keyFile + ".erased" }

// WriteErased is the list as a file that ParseErased reads.
func WriteErased(marks []string) []byte {
	return []byte(strings.Join(append([]string{erasedHead}, marks...), "\n") + "\n")
}

// ParseErased reads a list. A last line that a crash cut off is left out; any
// other line that is no mark is refused.
func ParseErased(b []byte) ([]string, error) {
	whole := bytes.LastIndexByte(b, '\n') + 1
	lines := strings.Split(strings.TrimSuffix(string(b[:whole]), "\n"), "\n")
	if lines[0] != erasedHead {
		return nil, errors.New("not a list of destroyed data keys")
	}
	for i, l := range lines[1:] {
		if !mark.MatchString(l) {
			return nil, fmt.Errorf("line %d is no mark", i+2)
		}
	}
	return lines[1:], nil
}

// ReadErased reads the list at path; one that is not there is empty.
func ReadErased(path string) ([]string, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	marks, err := ParseErased(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return marks, nil
}

// AddErased adds to the list at path the marks that it lacks, on the disk before
// it returns, and gives how many.
func AddErased(path string, marks []string) (int, error) {
	old, err := ReadErased(path)
	if err != nil {
		return 0, err
	}
	known := map[string]bool{}
	for _, m := range old {
		known[m] = true
	}
	all := old
	for _, m := range marks {
		if !known[m] {
			known[m] = true
			all = append(all, m)
		}
	}
	n := len(all) - len(old)
	if n == 0 {
		return 0, nil
	}
	// Written anew and renamed: a list that was cut off heals.
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	_, err = f.Write(WriteErased(all))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, err
	}
	if err := os.Rename(part, path); err != nil {
		return 0, err
	}
	return n, syncDir(filepath.Dir(path))
}
