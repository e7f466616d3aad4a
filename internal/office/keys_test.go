package office_test

import (
	"testing"

	"yuanmeng/internal/vault"
)

func keys(t *testing.T) *vault.Keys { t.Helper(); return vault.Random() }
