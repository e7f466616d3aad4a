package vault

import (
	"encoding/base32"
	"net/url"
)

var b32 = base32.StdEncoding

func escape(s string) string { return url.PathEscape(s) }
