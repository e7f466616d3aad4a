package casework

// Hold notes a place at the door as being made ready, so that a test can hand in
// the later ones first.
func (w *Work) Hold(door int64) { w.gate.come(door) }

// Release ends a Hold.
func (w *Work) Release(door int64) { w.gate.leave(door) }

// Ready counts the submissions that are ready and wait at the gate.
func (w *Work) Ready() int {
	w.gate.mu.Lock()
	defer w.gate.mu.Unlock()
	return len(w.gate.ready)
}
