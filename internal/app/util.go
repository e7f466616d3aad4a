package app

import (
	"crypto/ed25519"
	"encoding/base64"
	"log/slog"

	"yuanmeng/internal/vault"
)

// discard is the logger of a command: only what is wrong is said.
func discard(o *out) *slog.Logger {
	return slog.New(slog.NewTextHandler(o.stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

// publicKey is the key by which anybody checks the checkpoints.
func publicKey(k *vault.Keys) string {
	return base64.StdEncoding.EncodeToString(k.Signer("checkpoint").Public().(ed25519.PublicKey))
}
