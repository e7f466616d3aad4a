package jobs_test

import (
	"testing"

	"yuanmeng/internal/files"
	"yuanmeng/internal/vault"
)

func keys(t *testing.T) *vault.Keys { t.Helper(); return vault.Random() }

func blobs(t *testing.T) *files.Store { return &files.Store{} }
