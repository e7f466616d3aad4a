package casework_test

import (
	"testing"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
)

func TestCompleteName_ByTheClerkFromThePicture(t *testing.T) {
	k := newKit(t)
	a := k.accepted(withIDCard, func(app *scheme.Application) { app.Answers.Name, app.Answers.NameUntypable = "陈□", true })
	if !a.row().Untypable {
		t.Fatal("not marked")
	}
	k.refused(a.decide(centre1, scheme.Pass), "untypable")
	for _, name := range []string{"", "陈□", "王\ue000"} {
		k.refused(a.decide(centre1, scheme.CompleteName, func(o *casework.Order) { o.Name = name }), "name")
	}
	k.refused(a.decide(district1, scheme.CompleteName, func(o *casework.Order) { o.Name = "陈㛃" }), "role")
	k.must(a.decide(centre1, scheme.CompleteName, func(o *casework.Order) { o.Name = "陈㛃" }))
	c := a.row()
	if c.Untypable || c.Name != "陈㛃" || c.Number() != 1 || c.Place != scheme.PlaceHeld || c.Revision != 2 {
		t.Fatalf("%+v", c)
	}
	app, err := k.w.Submitted(k.ctx, c, 0)
	k.must(err)
	if app.Answers.Name != "陈㛃" || app.Answers.NameUntypable {
		t.Fatalf("%+v", app.Answers)
	}
	old, err := k.w.Submitted(k.ctx, c, 1)
	k.must(err)
	if old.Answers.Name != "陈□" {
		t.Fatal("the revision that was handed in has changed")
	}
	if found, err := k.w.Search(k.ctx, centre1, k.desk(), k.id, "陈㛃"); err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	k.refused(a.decide(centre1, scheme.CompleteName, func(o *casework.Order) { o.Name = "陈洁" }), "name_complete")
	a.passed()
	k.sound()
}

func TestAmendIdentity_KeepsNumberAndPlace(t *testing.T) {
	k := newKit(t)
	a := k.accepted().returned("post")
	k.must(a.put("post", "铣工"))
	was := a.row().PersonIndex
	o := func(o *casework.Order) { o.ID, o.Name = sample.IDNumber(600), "改名字" }
	k.refused(a.both(district1, district2, scheme.AmendIdentity, o), "second_role")
	k.must(a.second(lead1, scheme.AmendIdentity))
	c := a.row()
	if c.PersonIndex == was || c.Number() != 1 || c.Place != scheme.PlaceHeld || c.State != scheme.Returned || c.Name != "改名字" {
		t.Fatalf("%+v", c)
	}
	// The running correction goes on, on the new identity.
	app, err := k.w.Application(k.ctx, c)
	k.must(err)
	if app.Sealed.ID != sample.IDNumber(600) || app.Answers.Post != "铣工" || app.Answers.Name != "改名字" {
		t.Fatalf("%+v", app)
	}
	k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
	a.lastTold("resubmitted")
	// The old number is free for its owner, the new one is taken.
	if _, err := k.account(a.Person).begin().complete().submit(); err != nil {
		t.Fatal(err)
	}
	thief := a.Person
	thief.ID = sample.IDNumber(600)
	_, err = k.account(thief).begin().complete().submit()
	k.refused(err, "double")
	k.sound()
}

func TestAmendIdentity_WantsSomethingThatIsRight(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	for code, f := range map[string]func(o *casework.Order){
		"nothing":        func(o *casework.Order) {},
		"id":             func(o *casework.Order) { o.ID = "422301197501010011" },
		"name":           func(o *casework.Order) { o.Name = "\ue000" },
		"reason_missing": func(o *casework.Order) { o.ID, o.Reason = sample.IDNumber(600), "" },
	} {
		err := a.decide(district1, scheme.AmendIdentity, f)
		if err == nil {
			err = a.second(lead1, scheme.AmendIdentity)
			ps, _ := k.db.ProposalsOf(k.ctx, a.caseID)
			for _, p := range ps {
				k.must(k.w.Second(k.ctx, district1, k.desk(), p.ID, false))
			}
		}
		k.refused(err, code)
	}
	if a.row().Revision != 1 {
		t.Fatal("a refused amendment left a revision")
	}
	k.sound()
}
