package scheme

import "time"

// LineState is where one payment in one batch stands (DESIGN §2.13).
type LineState string

// The states of a line.
const (
	LineSealed   LineState = "sealed"   // 已封存，未交银行
	LineHanded   LineState = "handed"   // 已交银行
	LinePaid     LineState = "paid"     // 已到账
	LineFailed   LineState = "failed"   // 未成功
	LineUnknown  LineState = "unknown"  // 结果不明
	LineReturned LineState = "returned" // 到账后被退回
	LineVoided   LineState = "voided"   // 随批次作废
)

// LineStates lists all states in the order of a line's life.
var LineStates = []LineState{LineSealed, LineHanded, LinePaid, LineFailed, LineUnknown, LineReturned, LineVoided}

// Inflight says that the money is, or may be, on its way.
func (s LineState) Inflight() bool { return s == LineSealed || s == LineHanded || s == LineUnknown }

// Live says that the line counts against "one line per award" (moves, below 59).
func (s LineState) Live() bool { return s.Inflight() || s == LinePaid }

// LineStateName is the Chinese name of a state.
func LineStateName(s LineState) string {
	switch s {
	case LineSealed:
		return "已封存，未交银行"
	case LineHanded:
		return "已交银行"
	case LinePaid:
		return "已到账"
	case LineFailed:
		return "未成功"
	case LineUnknown:
		return "结果不明"
	case LineReturned:
		return "到账后退回"
	case LineVoided:
		return "随批次作废"
	}
	return string(s)
}

// Line is one payment, as the rules see it.
type Line struct {
	ID     string
	Award  string
	Case   string
	Batch  string
	Amount Fen
	State  LineState
}

// The moves of a line (moves 51–54).
const (
	HandLine    MoveName = "hand_line"
	VoidLine    MoveName = "void_line"
	PayLine     MoveName = "pay_line"
	FailLine    MoveName = "fail_line"
	UnknownLine MoveName = "unknown_line"
	ReturnLine  MoveName = "return_line"
	SettleLine  MoveName = "settle_line" // unknown → failed by the bank's written word
	FoundLine   MoveName = "found_line"  // unknown → paid by the bank's written word
)

var finance = []Role{RoleFinance}

// LineTurns is the table of a line's moves.
var LineTurns = []Turn[LineState, Line]{
	{Name: HandLine, Label: "交银行", Past: "已交银行", From: []LineState{LineSealed}, To: LineHanded, Roles: finance, Clause: "A2.5"},
	{Name: VoidLine, Label: "作废", Past: "随批次作废", From: []LineState{LineSealed}, To: LineVoided, Roles: []Role{RoleFinance, RoleSystem}, Clause: "A2.5"},
	{Name: PayLine, Label: "银行：成功", Past: "银行已发放", From: []LineState{LineHanded, LineUnknown}, To: LinePaid, Roles: finance, Clause: "A2.5"},
	{Name: FailLine, Label: "银行：失败", Past: "银行没有发放成功", From: []LineState{LineHanded}, To: LineFailed, Roles: finance, Message: "pay_failed", Clause: "A2.5"},
	{Name: UnknownLine, Label: "银行：不明", Past: "银行结果不明，等银行查明", From: []LineState{LineHanded}, To: LineUnknown, Roles: []Role{RoleFinance, RoleSystem}, Clause: "A2.5"},
	{Name: SettleLine, Label: "凭银行书面答复：未发放", Past: "凭银行书面答复认定没有发放", From: []LineState{LineUnknown}, To: LineFailed, Roles: finance, Second: finance, Reason: true, Message: "pay_failed", Clause: "A2.5"},
	{Name: FoundLine, Label: "凭银行书面答复：已发放", Past: "凭银行书面答复认定已发放", From: []LineState{LineUnknown}, To: LinePaid, Roles: finance, Second: finance, Reason: true, Clause: "A2.5"},
	{Name: ReturnLine, Label: "银行退汇", Past: "到账后被银行退回", From: []LineState{LinePaid}, To: LineReturned, Roles: finance, Second: finance, Reason: true, Message: "pay_failed", Clause: "A2.5"},
}

// StepLine judges one move of a line.
func StepLine(l Line, name MoveName, a Actor, args Args, p *Programme, now time.Time) (Line, []Reason) {
	r, rs := take(LineTurns, name, subject[LineState]{l.State, LineStateName(l.State), "", []string{l.Case}}, l, a, args, p, now)
	if Blocked(rs) {
		return l, rs
	}
	l.State = r.To
	return l, nil
}

// BatchState is where a payer's batch stands.
type BatchState string

// The states of a batch. It is voided only while its file has not left the house.
const (
	BatchDraft    BatchState = "draft"    // 草稿
	BatchSealed   BatchState = "sealed"   // 已封存
	BatchVoided   BatchState = "voided"   // 已作废
	BatchHanded   BatchState = "handed"   // 已交银行
	BatchAnswered BatchState = "answered" // 银行已回单
	BatchClosed   BatchState = "closed"   // 已结清
)

// BatchStates lists all states in the order of a batch's life.
var BatchStates = []BatchState{BatchDraft, BatchSealed, BatchVoided, BatchHanded, BatchAnswered, BatchClosed}

// BatchStateName is the Chinese name of a state.
func BatchStateName(s BatchState) string {
	switch s {
	case BatchDraft:
		return "草稿"
	case BatchSealed:
		return "已封存，待交银行"
	case BatchVoided:
		return "已作废"
	case BatchHanded:
		return "已交银行，等回单"
	case BatchAnswered:
		return "银行已回单"
	case BatchClosed:
		return "已结清"
	}
	return string(s)
}

// Batch is one payer's batch, as the rules see it.
type Batch struct {
	ID        string
	Payer     string // "district" or the key of a college
	State     BatchState
	Maker     string // who drafted it
	Count     int
	Total     Fen
	Hash      string // of the file, hex
	Fails     int    // lines whose guards fail now
	Open      int    // lines still handed
	Gaps      int    // lines of the answer that nobody has explained
	Persons   []string
	Confirmed Seal // what the second person typed
}

// Seal is what the second person confirms before a batch is sealed.
type Seal struct {
	Count int
	Total Fen
	Hash  string
}

// The moves of a batch (moves 47–50).
const (
	SealBatch   MoveName = "seal_batch"
	VoidBatch   MoveName = "void_batch"
	HandBatch   MoveName = "hand_batch"
	AnswerBatch MoveName = "answer_batch"
	CloseBatch  MoveName = "close_batch"
	DropBatch   MoveName = "drop_batch"
)

func handDays(*Programme) int  { return 2 }
func chaseDays(*Programme) int { return 3 }

// BatchTurns is the table of a batch's moves.
var BatchTurns = []Turn[BatchState, Batch]{
	{Name: DropBatch, Label: "删除草稿", Past: "删除了草稿", From: []BatchState{BatchDraft}, To: BatchVoided, Roles: finance, Clause: "A2.5"},
	{Name: SealBatch, Label: "核对无误，封存", Past: "核对后封存", From: []BatchState{BatchDraft}, To: BatchSealed, Roles: finance,
		Term: Term{Days: handDays, Working: true, Then: VoidBatch}, Guard: maySeal, Clause: "A2.5"},
	{Name: VoidBatch, Label: "作废", Past: "作废了批次", From: []BatchState{BatchSealed}, To: BatchVoided, Roles: []Role{RoleFinance, RoleSystem}, Second: finance, Reason: true, Clause: "A2.5"},
	{Name: HandBatch, Label: "下载并交银行", Past: "下载文件，交给银行", From: []BatchState{BatchSealed}, To: BatchHanded, Roles: finance,
		Term: Term{Days: chaseDays, Working: true, Then: Overdue}, Guard: mayHand, Clause: "A2.5"},
	{Name: AnswerBatch, Label: "导入银行回单", Past: "导入了银行回单", From: []BatchState{BatchHanded, BatchAnswered}, To: BatchAnswered, Roles: finance, Clause: "A2.5"},
	{Name: CloseBatch, Label: "结清", Past: "结清了批次", From: []BatchState{BatchAnswered}, To: BatchClosed, Roles: finance, Guard: mayClose, Clause: "A2.5"},
}

// StepBatch judges one move of a batch and gives the deadline that it starts.
func StepBatch(b Batch, name MoveName, a Actor, args Args, p *Programme, cal Calendar, now time.Time) (Batch, time.Time, []Reason) {
	if a.Role == RoleFinance && a.Org != b.Payer {
		return b, time.Time{}, block("other_payer", "", "这个批次由另一单位发放", "A2.5")
	}
	r, rs := take(BatchTurns, name, subject[BatchState]{b.State, BatchStateName(b.State), "", b.Persons}, b, a, args, p, now)
	if Blocked(rs) {
		return b, time.Time{}, rs
	}
	b.State = r.To
	return b, r.Term.end(p, cal, now), nil
}

func maySeal(b Batch, a Actor, _ *Programme, _ time.Time) []Reason {
	switch {
	case a.ID == b.Maker:
		return block("same_person", "", "封存须由制单人以外的人核对", "A2.5")
	case b.Count == 0:
		return block("empty", "", "批次里没有人，不能封存", "A2.5")
	case b.Fails > 0:
		return block("guards", "", "有人已经不能发放，请重新生成草稿", "A2.5")
	case b.Confirmed != Seal{b.Count, b.Total, b.Hash}:
		return block("seal_differs", "", "您核对的人数、金额或文件校验码和现在的不一样，请重新核对", "A2.5")
	}
	return nil
}

func mayHand(b Batch, _ Actor, _ *Programme, _ time.Time) []Reason {
	if b.Fails > 0 {
		return block("guards", "", "封存后有人不能再发放。文件不能交银行，只能作废后重做", "A2.5")
	}
	return nil
}

func mayClose(b Batch, _ Actor, _ *Programme, _ time.Time) []Reason {
	switch {
	case b.Open > 0:
		return block("lines_open", "", "还有人没有银行结果，不能结清", "A2.5")
	case b.Gaps > 0:
		return block("gaps", "", "回单里还有对不上的行没有说明，不能结清", "A2.5")
	}
	return nil
}

// Payable gives the reasons why an award cannot be paid now: the guards of
// drafting, sealing and handing over, the same three times (moves 47, 48, 50).
type Payable struct {
	Award      AwardState
	Place      Place
	Case       CaseState
	Hearing    bool
	Death      bool
	Objections int       // open ones against the person
	RowEnds    time.Time // end of his published row, zero if there is none
	TrayEnds   time.Time // when the post up to the end has been opened
	TrayEmpty  bool      // the centre has signed for it
	RowHash    string
	DataHash   string    // of the published columns today
	CardFrom   time.Time // when a new card may be used, zero at once
	Elsewhere  bool      // paid in another programme at the same level
	LiveLine   bool      // another line is sealed, handed, unknown or paid
}

// Judge lists what stands against paying, in the order in which it is put right.
func (x Payable) Judge(now time.Time) []Reason {
	var out []Reason
	no := func(code, staff string, clause ClauseID) {
		out = append(out, Reason{Code: code, Staff: staff, Clause: clause, Blocks: true})
	}
	if x.Award != AwardApproved {
		no("award_"+string(x.Award), "这一笔"+AwardStateName(x.Award), "4.2")
	}
	if !x.Case.Live() || x.Place != PlaceConfirmed && x.Place != PlaceConsumed {
		no("no_seat", "名额没有确认", "5.1")
	}
	if x.Hearing {
		no("hearing_open", "在告知期内", "5.1")
	}
	if x.Death {
		no("death", "登记了本人去世", "4.2")
	}
	if x.Objections > 0 {
		no("objection", "有异议没有办结", "A2.5")
	}
	switch {
	case x.RowEnds.IsZero():
		no("not_published", "没有公示", "A2.5")
	case now.Before(x.RowEnds):
		no("publishing", "公示没有满期", "A2.5")
	case now.Before(x.TrayEnds) || !x.TrayEmpty:
		no("tray", "公示期内的来信还没有清点", "A2.5")
	case x.RowHash != x.DataHash:
		no("data_changed", "公示以后内容改过，要重新公示", "A2.5")
	}
	if now.Before(x.CardFrom) {
		no("card_cooloff", "换卡后的等待期未满", "A3.n1")
	}
	if x.Elsewhere {
		no("elsewhere", "本人在别的项目同一层次已领过", "4.1")
	}
	if x.LiveLine {
		no("live_line", "已在别的批次里", "A2.5")
	}
	return out
}
