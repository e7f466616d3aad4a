// Command yuanmeng runs 圆梦, the platform of the 求学圆梦行动: seats in the
// order of submission, reviews, notices and payouts that anyone can check.
package main

import (
	"os"

	"yuanmeng/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr)) }
