package scheme

import "time"

// Application is what a worker hands in at the first stage (A2.1, A3). Answers
// are plain; Sealed values exist in clear only in memory, on paper and on the
// screens that may show them. A draft and a submitted revision are the same
// type; the submitted one never changes.
type Application struct {
	Answers Answers
	Sealed  Sealed
	Files   map[FileKind]FileNote
	// Disputed says, at the desk, that another case contests the number: the
	// picture of the card may be asked for. It is never stored.
	Disputed bool
}

// Answers are the plain answers, stored as JSON beside the revision.
type Answers struct {
	Name          string `json:"name"`
	NameUntypable bool   `json:"name_untypable,omitempty"` // 「这个字打不出来」: a clerk completes the name
	IDKind        string `json:"id_kind"`                  // resident, hmt, permanent
	Employer      string `json:"employer"`                 // 工作单位: the place of real work (用工单位)
	Dispatched    string `json:"dispatched"`               // yes, no
	Agency        string `json:"agency,omitempty"`         // 用人单位, only if dispatched
	Town          string `json:"town"`                     // key of the town's union row (plan unions.csv)
	Post          string `json:"post"`                     // 岗位
	Employment    string `json:"employment"`               // 用工方式
	WorkerKind    string `json:"worker_kind"`              // 人员类别
	Hukou         string `json:"hukou"`                    // 户籍类型
	OwnUnion      string `json:"own_union"`                // own, none, other, unknown
	OwnUnionName  string `json:"own_union_name,omitempty"` // 所在工会, as typed
	VillageUnion  string `json:"village_union,omitempty"`  // a 村（社区） union that stamps instead of the town's, as typed
	RecUnion      string `json:"rec_union"`                // key of the recommending union, or "own"
	RecUnionName  string `json:"rec_union_name"`           // its name as it will stand on the seal
	Officer       string `json:"officer"`                  // yes, no: is a union officer himself
	Major         string `json:"major"`                    // Major.Key
	Education     string `json:"education"`                // GB/T 4658 code
	Honour        string `json:"honour,omitempty"`         // HonourTitle.Key or ""
	Medical       string `json:"medical,omitempty"`        // yes, no; only for flagged majors
	Bank          string `json:"bank"`                     // 开户行
	AccountName   string `json:"account_name,omitempty"`   // only if the bank writes the name otherwise
	AccountReason string `json:"account_reason,omitempty"`

	ConsentSensitive string `json:"consent_sensitive,omitempty"` // hash of the text agreed to
	ConsentSharing   string `json:"consent_sharing,omitempty"`
	ConsentPublic    string `json:"consent_public,omitempty"`
	Commitment       string `json:"commitment,omitempty"`
}

// Sealed are the sensitive answers, stored as one sealed blob per revision.
type Sealed struct {
	ID    string `json:"id,omitempty"`
	Phone string `json:"phone,omitempty"`
	Card  string `json:"card,omitempty"`
}

// FileKind is a slot for an uploaded file.
type FileKind string

// The slots of the first stage.
const (
	FilePhoto       FileKind = "photo"       // 1寸蓝底照片
	FileStamped     FileKind = "stamped"     // 推荐表盖章件
	FileHonour      FileKind = "honour"      // 荣誉证明
	FileMedical     FileKind = "medical"     // 医学资格
	FileIDCard      FileKind = "idcard"      // only for a name that cannot be typed or a contested ID
	FileRecommended FileKind = "recommended" // the form as printed, made by us
)

// FileNote is what the application remembers of an uploaded file.
type FileNote struct {
	ID       string    `json:"id"`
	SHA256   string    `json:"sha256"`
	Type     string    `json:"type"` // image/jpeg, image/png, application/pdf
	Size     int64     `json:"size"`
	Pages    int       `json:"pages"`
	At       time.Time `json:"at"`
	Findings []Finding `json:"findings,omitempty"`
}

// Finding is something a machine or a person noticed. It never decides.
type Finding struct {
	Code  string `json:"code"`
	Level string `json:"level"` // ok, warn, bad
	Text  string `json:"text"`  // sentence for people
}
