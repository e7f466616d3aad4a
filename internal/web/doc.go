// Package web is the ground under the doors that people use: the open pages,
// the worker's pages on the phone and the staff's desk.
//
// It holds what those doors share and nothing that only one of them needs:
//
//   - the table of routes ([Route], [Guard], [Mount]) and the request as a
//     handler sees it ([Ctx]);
//   - errors that carry their own page ([Error], [NotFound], [Conflict] …);
//   - the layers around every answer ([Wrap]): request number, access log,
//     recovery, security headers, same-origin check, compression;
//   - the page frame and the components (the .templ files), their style and
//     their two small scripts ([Assets], [AssetURL]).
//
// Every page works without a script. No page carries an inline script or an
// inline style, so the content security policy allows neither.
//
// The package reads no clock and no database: the doors' owner injects both
// through [Deps].
package web
