package scheme_test

import (
	"testing"

	"yuanmeng/internal/scheme"
)

func tree() *scheme.Programme {
	return &scheme.Programme{
		Union: "咸宁市咸安区总工会", Centre: "求学圆梦服务中心",
		Colleges: []scheme.College{{Key: "hue", Name: "湖北第二师范学院"}},
		Unions: []scheme.Union{
			{Key: "xianan", Name: "咸宁市咸安区总工会", Short: "区总工会", Kind: "district"},
			{Key: "yongan", Name: "咸安区永安街道总工会", Short: "永安街道工会", Kind: "subdistrict", Parent: "xianan", Town: "永安街道"},
			{Key: "maqiao", Name: "咸安区马桥镇总工会", Short: "马桥镇工会", Kind: "town", Parent: "xianan", Town: "马桥镇"},
			{Key: "ring1", Parent: "ring2"}, {Key: "ring2", Parent: "ring1"},
		},
	}
}

func TestOwnUnion_OneSealOneKey(t *testing.T) {
	const key = "own:永固机械厂工会"
	for _, typed := range []string{
		"永固机械厂工会", " 永固机械厂 工会 ", "永固机械厂工会委员会", "永固机械厂工会基层委员会", "永固机械厂　工会", "永固·机械厂工会",
	} {
		if got := scheme.OwnUnion(typed); got != key {
			t.Errorf("%q is %q", typed, got)
		}
	}
	if scheme.OwnUnion("ＡＢ厂（永安）工会") != scheme.OwnUnion("ab厂(永安)工会") {
		t.Error("width and brackets make two unions")
	}
	for _, other := range []string{"永固机械二厂工会", "永固机械厂", "咸安区永固机械厂工会", "永固机械厂委员会"} {
		if got := scheme.OwnUnion(other); got == key {
			t.Errorf("%q is taken for another union", other)
		}
	}
	for _, empty := range []string{"", " ", "（）", "·"} {
		if got := scheme.OwnUnion(empty); got != "" {
			t.Errorf("%q is %q", empty, got)
		}
	}
}

func TestRecommends(t *testing.T) {
	p := tree()
	own := scheme.OwnUnion("永固机械厂工会")
	village := scheme.OwnUnion("马桥镇四门楼村工会")
	for _, c := range []struct {
		what, org, key, name string
		want                 bool
	}{
		{"the union itself", "yongan", "yongan", "咸安区永安街道总工会", true},
		{"the federation above it", "xianan", "yongan", "咸安区永安街道总工会", true},
		{"another town", "maqiao", "yongan", "咸安区永安街道总工会", false},
		{"the town below the recommending federation", "yongan", "xianan", "咸宁市咸安区总工会", false},
		{"an employer's own union", own, scheme.UnionOwn, "永固机械厂工会委员会", true},
		{"another employer's union", scheme.OwnUnion("顺达物流工会"), scheme.UnionOwn, "永固机械厂工会", false},
		{"the federation above an employer's union", "xianan", scheme.UnionOwn, "永固机械厂工会", true},
		{"a town, which is not known to stand above it", "yongan", scheme.UnionOwn, "永固机械厂工会", false},
		{"a village that stamps for its town", village, "maqiao", "马桥镇四门楼村工会", true},
		{"the town above the village", "maqiao", "maqiao", "马桥镇四门楼村工会", true},
		{"another village of the town", scheme.OwnUnion("马桥镇高赛村工会"), "maqiao", "马桥镇四门楼村工会", false},
		{"an account without a union", "", "yongan", "", false},
		{"an account without a union, no name typed", "", scheme.UnionOwn, "", false},
		{"the word own alone", "own:", scheme.UnionOwn, "", false},
		{"nothing chosen yet", "yongan", "", "", false},
		{"a union that is not listed", "yongan", "nowhere", "", false},
		{"a tree that bites its tail", "yongan", "ring1", "", false},
	} {
		if got := p.Recommends(c.org, c.key, c.name); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

func TestUnionNamed_FindsAListedUnion(t *testing.T) {
	p := tree()
	for typed, want := range map[string]string{"咸安区永安街道总工会": "yongan", "永安街道工会": "yongan", "永固机械厂工会": "", "": ""} {
		if u, ok := p.UnionNamed(typed); u.Key != want || ok != (want != "") {
			t.Errorf("%q is %q", typed, u.Key)
		}
	}
	for org, want := range map[string]string{
		"own:永固机械厂工会": "永固机械厂工会", "yongan": "咸安区永安街道总工会", "hue": "湖北第二师范学院", "centre": "求学圆梦服务中心", "district": "咸宁市咸安区总工会", "zz": "",
	} {
		if got := scheme.OrganisationName(p, org); got != want {
			t.Errorf("%s is called %q", org, got)
		}
	}
}
