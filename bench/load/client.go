// Package load sends prepared requests over HTTP/1.1 keep-alive connections and
// measures the replies. It shares the machine with what it measures, so it does
// as little as it can: one goroutine and one small buffer a connection, requests
// as ready bytes, replies read and not kept.
package load

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Request is one request, ready to be written.
type Request []byte

// Reply is what a measurement has to know of an answer.
type Reply struct {
	Code     int
	Location string
	Body     int64 // bytes, as they came over the wire
}

// Get makes a GET.
func Get(path, cookie string) Request {
	return request("GET", path, cookie, "", "", "Accept-Encoding: gzip\r\n")
}

// PostForm makes a POST of a form as a browser on the same site sends it.
func PostForm(path, cookie, body string) Request {
	return request("POST", path, cookie, "application/x-www-form-urlencoded", body, "Accept-Encoding: gzip\r\nSec-Fetch-Site: same-origin\r\n")
}

// PostJSON makes a POST of JSON with a bearer's token.
func PostJSON(path, token, body string) Request {
	extra := ""
	if token != "" {
		extra = "Authorization: " + token + "\r\n"
	}
	return request("POST", path, "", "application/json", body, extra)
}

func request(method, path, cookie, kind, body, extra string) Request {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n%s", method, path, extra)
	if cookie != "" {
		fmt.Fprintf(&b, "Cookie: %s\r\n", cookie)
	}
	if method == "POST" {
		fmt.Fprintf(&b, "Content-Type: %s\r\nContent-Length: %d\r\n", kind, len(body))
	}
	b.WriteString("\r\n")
	b.WriteString(body)
	return b.Bytes()
}

// patience is how long a connection waits for one reply.
const patience = time.Minute

// conn is one keep-alive connection.
type conn struct {
	c net.Conn
	r *bufio.Reader
}

func dial(addr string) (*conn, error) {
	c, err := net.DialTimeout("tcp", addr, 10*time.Second)
	if err != nil {
		return nil, err
	}
	return &conn{c, bufio.NewReaderSize(c, 4096)}, nil
}

func (c *conn) close() { c.c.Close() }

// do sends a request and reads the whole reply.
func (c *conn) do(r Request) (Reply, error) {
	c.c.SetDeadline(time.Now().Add(patience))
	if _, err := c.c.Write(r); err != nil {
		return Reply{}, err
	}
	return c.read()
}

var errReply = errors.New("load: the reply cannot be read")

func (c *conn) read() (Reply, error) {
	var re Reply
	line, err := c.line()
	if err != nil {
		return re, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return re, errReply
	}
	if re.Code, err = strconv.Atoi(string(line[9:12])); err != nil {
		return re, errReply
	}
	length, chunked := int64(0), false
	for {
		line, err = c.line()
		if err != nil {
			return re, err
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch strings.ToLower(string(name)) {
		case "content-length":
			if length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return re, errReply
			}
		case "transfer-encoding":
			chunked = true
		case "location":
			re.Location = string(value)
		}
	}
	if !chunked {
		re.Body = length
		_, err = c.r.Discard(int(length))
		return re, err
	}
	for {
		line, err = c.line()
		if err != nil {
			return re, err
		}
		n, err := strconv.ParseInt(string(line), 16, 64)
		if err != nil {
			return re, errReply
		}
		if _, err = c.r.Discard(int(n) + 2); err != nil {
			return re, err
		}
		if n == 0 {
			return re, nil
		}
		re.Body += n
	}
}

// line gives one line without its end; it is valid until the next read.
func (c *conn) line() ([]byte, error) {
	b, err := c.r.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return bytes.TrimRight(b, "\r\n"), nil
}
