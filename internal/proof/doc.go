// Package proof is the public record of a programme: leaves in an append-only
// Merkle log (RFC 6962 hashing, as golang.org/x/mod/sumdb/tlog has it), signed
// checkpoints, receipts, and the public rule by which anybody can compute from
// the leaves alone who has a seat.
//
// It is a ground package: no database, no clock, none of our other packages.
// The log's writer keeps a Frontier beside its counters and stores the hashes
// that Append gives; every reader works from leaves and stored hashes.
package proof
