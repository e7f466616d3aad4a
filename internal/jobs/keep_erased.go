package jobs

import (
	"context"

	"yuanmeng/internal/vault"
)

// KeepErased copies the marks of destroyed data keys into the file beside the key
// file, so that they outlive the database: a backup that is put back still has
// those keys. It gives how many it added.
func (j *Jobs) KeepErased(ctx context.Context) (int, error) {
	if j.ErasedFile == "" {
		return 0, nil
	}
	n, err := j.DB.ErasureCount(ctx)
	if err != nil || n == j.erasedKept {
		return 0, err
	}
	marks, err := j.DB.Erasures(ctx)
	if err != nil {
		return 0, err
	}
	added, err := vault.AddErased(j.ErasedFile, marks)
	if err == nil {
		j.erasedKept = len(marks)
	}
	return added, err
}
