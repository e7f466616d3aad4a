package plan

import "yuanmeng/internal/scheme"

func (r *reader) wording(p *scheme.Programme)         {}
func (r *reader) check(p *scheme.Programme, at lines) {}
func (r *reader) clauses()                            {}
