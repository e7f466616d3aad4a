package scheme

// The states of a case after its approval.
const (
	Claimed CaseState = "claimed" // 申领中
	Done    CaseState = "done"    // 已办结
	Partial CaseState = "partial" // 部分发放
)

// The causes of a hearing after the approval (moves 19, 34, 46).
const (
	CauseEnrol        Cause = "enrol"        // 没有按时登记
	CauseRegistration Cause = "registration" // 没有报名凭证
	CauseAbsent       Cause = "absent"       // 没有参加考试
	CauseNotAdmitted  Cause = "not_admitted" // 没有录取
	CauseNoClaim      Cause = "no_claim"     // 没有按时申领
	CauseAwards       Cause = "awards"       // 两笔都不予发放
	CauseObjection    Cause = "objection"    // 异议成立
)
