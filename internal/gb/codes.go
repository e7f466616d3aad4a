package gb

// Code is one row of a code list.
type Code struct {
	Code string
	Name string
}

// NameOf finds the name of a code in a list; "" if it is not there.
func NameOf(list []Code, code string) string {
	for _, c := range list {
		if c.Code == code {
			return c.Name
		}
	}
	return ""
}

// Provinces are the first two digits of GB/T 2260, with the three prefixes of
// the residence permits of Hong Kong, Macao and Taiwan residents.
var Provinces = []Code{
	{"11", "北京市"}, {"12", "天津市"}, {"13", "河北省"}, {"14", "山西省"}, {"15", "内蒙古自治区"},
	{"21", "辽宁省"}, {"22", "吉林省"}, {"23", "黑龙江省"},
	{"31", "上海市"}, {"32", "江苏省"}, {"33", "浙江省"}, {"34", "安徽省"}, {"35", "福建省"}, {"36", "江西省"}, {"37", "山东省"},
	{"41", "河南省"}, {"42", "湖北省"}, {"43", "湖南省"}, {"44", "广东省"}, {"45", "广西壮族自治区"}, {"46", "海南省"},
	{"50", "重庆市"}, {"51", "四川省"}, {"52", "贵州省"}, {"53", "云南省"}, {"54", "西藏自治区"},
	{"61", "陕西省"}, {"62", "甘肃省"}, {"63", "青海省"}, {"64", "宁夏回族自治区"}, {"65", "新疆维吾尔自治区"},
	{"71", "台湾省"}, {"81", "香港特别行政区"}, {"82", "澳门特别行政区"}, {"83", "台湾省"},
}

// Places are codes of the area around the district, with abolished ones that
// stay on identity numbers for life.
var Places = []Code{
	{"421200", "咸宁市"}, {"421202", "咸宁市咸安区"}, {"421221", "咸宁市嘉鱼县"}, {"421222", "咸宁市通城县"},
	{"421223", "咸宁市崇阳县"}, {"421224", "咸宁市通山县"}, {"421281", "赤壁市"},
	{"422300", "咸宁地区（旧）"}, {"422301", "咸宁市（旧，今咸安区）"}, {"422302", "蒲圻市（旧，今赤壁市）"},
	{"422322", "嘉鱼县（旧）"}, {"422324", "通城县（旧）"}, {"422325", "崇阳县（旧）"}, {"422326", "通山县（旧）"}, {"422327", "阳新县（旧）"},
}

// Province finds a province by the first two digits of a region code.
func Province(prefix string) (string, bool) {
	n := NameOf(Provinces, prefix)
	return n, n != ""
}

// Region names a six-digit region code as exactly as known here: the place if
// it is in the area, else the province, else "".
func Region(code string) string {
	if n := NameOf(Places, code); n != "" {
		return n
	}
	if len(code) >= 2 {
		return NameOf(Provinces, code[:2])
	}
	return ""
}

// Ethnic are the ethnic groups of GB/T 3304 in the standard's order.
var Ethnic = []Code{
	{"01", "汉族"}, {"02", "蒙古族"}, {"03", "回族"}, {"04", "藏族"}, {"05", "维吾尔族"}, {"06", "苗族"}, {"07", "彝族"}, {"08", "壮族"},
	{"09", "布依族"}, {"10", "朝鲜族"}, {"11", "满族"}, {"12", "侗族"}, {"13", "瑶族"}, {"14", "白族"}, {"15", "土家族"}, {"16", "哈尼族"},
	{"17", "哈萨克族"}, {"18", "傣族"}, {"19", "黎族"}, {"20", "傈僳族"}, {"21", "佤族"}, {"22", "畲族"}, {"23", "高山族"}, {"24", "拉祜族"},
	{"25", "水族"}, {"26", "东乡族"}, {"27", "纳西族"}, {"28", "景颇族"}, {"29", "柯尔克孜族"}, {"30", "土族"}, {"31", "达斡尔族"}, {"32", "仫佬族"},
	{"33", "羌族"}, {"34", "布朗族"}, {"35", "撒拉族"}, {"36", "毛南族"}, {"37", "仡佬族"}, {"38", "锡伯族"}, {"39", "阿昌族"}, {"40", "普米族"},
	{"41", "塔吉克族"}, {"42", "怒族"}, {"43", "乌孜别克族"}, {"44", "俄罗斯族"}, {"45", "鄂温克族"}, {"46", "德昂族"}, {"47", "保安族"}, {"48", "裕固族"},
	{"49", "京族"}, {"50", "塔塔尔族"}, {"51", "独龙族"}, {"52", "鄂伦春族"}, {"53", "赫哲族"}, {"54", "门巴族"}, {"55", "珞巴族"}, {"56", "基诺族"},
	{"97", "其他"}, {"98", "外国血统中国籍人士"},
}

// ethnicLetters are the letter codes of GB/T 3304, in the order of Ethnic.
var ethnicLetters = []string{
	"HA", "MG", "HU", "ZA", "UG", "MH", "YI", "ZH", "BY", "CS", "MA", "DO", "YA", "BA", "TJ", "HN", "KZ", "DA", "LI",
	"LS", "VA", "SH", "GS", "LH", "SU", "DX", "NX", "JP", "KG", "TU", "DU", "ML", "QI", "BL", "SL", "MN", "GL", "XB", "AC", "PM",
	"TA", "NU", "UZ", "RS", "EW", "DE", "BO", "YG", "GI", "TT", "DR", "OR", "HZ", "MB", "LB", "JN",
}

// EthnicLetters is the letter code of an ethnic group's number; "" if it has none.
func EthnicLetters(code string) string {
	for i, c := range Ethnic {
		if c.Code == code && i < len(ethnicLetters) {
			return ethnicLetters[i]
		}
	}
	return ""
}

// Political is GB/T 4762 political status.
var Political = []Code{
	{"01", "中共党员"}, {"02", "中共预备党员"}, {"03", "共青团员"}, {"04", "民革党员"}, {"05", "民盟盟员"}, {"06", "民建会员"}, {"07", "民进会员"},
	{"08", "农工党党员"}, {"09", "致公党党员"}, {"10", "九三学社社员"}, {"11", "台盟盟员"}, {"12", "无党派人士"}, {"13", "群众"},
}

// Education is GB/T 4658-2006.
var Education = []Code{
	{"10", "研究生教育"}, {"11", "博士研究生毕业"}, {"12", "博士研究生结业"}, {"13", "博士研究生肄业"},
	{"14", "硕士研究生毕业"}, {"15", "硕士研究生结业"}, {"16", "硕士研究生肄业"}, {"17", "研究生班毕业"}, {"18", "研究生班结业"}, {"19", "研究生班肄业"},
	{"20", "大学本科教育"}, {"21", "大学本科毕业"}, {"22", "大学本科结业"}, {"23", "大学本科肄业"}, {"28", "大学普通班毕业"},
	{"30", "大学专科教育"}, {"31", "大学专科毕业"}, {"32", "大学专科结业"}, {"33", "大学专科肄业"},
	{"40", "中等职业教育"}, {"41", "中等专科毕业"}, {"42", "中等专科结业"}, {"43", "中等专科肄业"},
	{"44", "职业高中毕业"}, {"45", "职业高中结业"}, {"46", "职业高中肄业"}, {"47", "技工学校毕业"}, {"48", "技工学校结业"}, {"49", "技工学校肄业"},
	{"60", "普通高级中学教育"}, {"61", "普通高中毕业"}, {"62", "普通高中结业"}, {"63", "普通高中肄业"},
	{"70", "初级中学教育"}, {"71", "初中毕业"}, {"73", "初中肄业"}, {"80", "小学教育"}, {"81", "小学毕业"}, {"83", "小学肄业"}, {"90", "其他"},
}

// UpperSecondary says whether an education code is enough for 高升专: a diploma
// of an upper secondary school, or anything higher that was finished.
func UpperSecondary(code string) bool {
	switch code {
	case "41", "44", "47", "61":
		return true
	}
	return JuniorCollege(code)
}

// JuniorCollege says whether an education code is enough for 专升本: a diploma
// of 大学专科 or higher; 本科结业 is accepted as well.
func JuniorCollege(code string) bool {
	switch code {
	case "11", "12", "13", "14", "15", "16", "17", "18", "19", "21", "22", "28", "31":
		return true
	}
	return false
}
