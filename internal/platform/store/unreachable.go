package store

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"syscall"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Codes of ClickHouse for a user or password that is not right.
const (
	unknownUser          = 192
	wrongPassword        = 193
	authenticationFailed = 516
)

// advice says what to do about an error of connecting; empty where the error says it all.
func advice(err error) string {
	var (
		unknown   x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		plain     tls.RecordHeaderError
		far       *net.OpError
		exception *clickhouse.Exception
		answer    *clickhouse.HTTPError
	)
	switch {
	case errors.As(err, &unknown):
		return "the server's certificate comes from an authority that is not trusted: set store.tls.ca to the file with the certificate of the server's own authority"
	case errors.As(err, &host):
		return "the server's certificate is for another name: write the host in store.dsn as the certificate names it, or give tls_server_name=NAME in it"
	case errors.As(err, &invalid):
		return "the server's certificate cannot be used: renew it, or check this machine's clock"
	case errors.As(err, &plain), errors.Is(err, http.ErrSchemeMismatch):
		return "the server does not speak TLS on this port: use its port for TLS (9440, or 8443 for https://)"
	case errors.As(err, &far) && far.Op == "remote error": // what crypto/tls calls an alert of the other side
		return "the server refused the TLS connection: where it asks for a client's certificate, set store.tls.certificate and store.tls.key"
	case errors.As(err, &exception) && (exception.Code == unknownUser || exception.Code == wrongPassword || exception.Code == authenticationFailed),
		errors.As(err, &answer) && (answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden):
		return "the server does not know the user or refuses the password: check the user in store.dsn, and the password there or in store.password_file"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there: check host and port in store.dsn, and whether the server runs"
	}
	return ""
}
