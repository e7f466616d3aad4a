package scheme

// Account is one account of the ledger. Money stands in fen; a debit is positive.
// The postings of one entry sum to zero, and nothing is ever changed: what was
// wrong is reversed.
type Account string

// The accounts. Budget is what a payer may still promise for an award, Reserved
// what it has promised to a sealed batch, Bank what has left for the bank and is
// not answered, Paid what people have received.
const (
	AccountGrant      Account = "grant"      // 预算来源
	AccountBudget     Account = "budget"     // 预算余额
	AccountReserved   Account = "reserved"   // 已封存待付
	AccountPaid       Account = "paid"       // 已付给本人
	AccountReceivable Account = "receivable" // 应收回
	AccountSuspense   Account = "suspense"   // 未查明
	AccountBank       Account = "bank"       // 银行多付、收回的往来
	AccountLoss       Account = "loss"       // 核销
)

// AccountName is the Chinese name of an account.
func AccountName(a Account) string {
	switch a {
	case AccountGrant:
		return "预算来源"
	case AccountBudget:
		return "预算余额"
	case AccountReserved:
		return "已封存待付"
	case AccountPaid:
		return "已付给本人"
	case AccountReceivable:
		return "应收回"
	case AccountSuspense:
		return "结果未查明"
	case AccountBank:
		return "银行往来"
	case AccountLoss:
		return "核销"
	}
	return string(a)
}

// Posting is one side of an entry.
type Posting struct {
	Account Account
	Amount  Fen
}

// EntryKind names what moved the money.
type EntryKind string

// The kinds of entries, each with the two accounts that it moves between.
const (
	EntryBudget    EntryKind = "budget"    // the award's budget is set or raised
	EntryReserve   EntryKind = "reserve"   // a line is sealed
	EntryUnreserve EntryKind = "unreserve" // its batch is voided, or the bank says failed
	EntryPay       EntryKind = "pay"       // the bank says paid
	EntryReturn    EntryKind = "return"    // the bank took it back
	EntryUnsettle  EntryKind = "unsettle"  // the bank never said; closed as paid
	EntryExcess    EntryKind = "excess"    // the bank paid twice, or paid what it called failed
	EntryClaw      EntryKind = "claw"      // paid money that has to come back
	EntryRecover   EntryKind = "recover"   // it came back
	EntryWriteOff  EntryKind = "write_off" // it never will
)

var entries = map[EntryKind][2]Account{ // from, to
	EntryBudget:    {AccountGrant, AccountBudget},
	EntryReserve:   {AccountBudget, AccountReserved},
	EntryUnreserve: {AccountReserved, AccountBudget},
	EntryPay:       {AccountReserved, AccountPaid},
	EntryReturn:    {AccountPaid, AccountBudget},
	EntryUnsettle:  {AccountReserved, AccountSuspense},
	EntryExcess:    {AccountBank, AccountReceivable},
	EntryClaw:      {AccountPaid, AccountReceivable},
	EntryRecover:   {AccountReceivable, AccountBank},
	EntryWriteOff:  {AccountReceivable, AccountLoss},
}

// Postings are the two sides of an entry: what leaves one account comes to the
// other, so that they sum to zero. amount is positive. An unknown kind or an
// amount of nothing gives none.
func Postings(kind EntryKind, amount Fen) []Posting {
	ab, ok := entries[kind]
	if !ok || amount <= 0 {
		return nil
	}
	return []Posting{{ab[0], -amount}, {ab[1], amount}}
}
