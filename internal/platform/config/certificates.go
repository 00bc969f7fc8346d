package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// Certificates puts into a client's TLS what files in PEM hold: the authorities to trust instead of the system's, and the
// client's own certificate and key. An empty path leaves its part as it is. field begins the names of the settings in
// errors, as "store.tls".
func Certificates(to *tls.Config, field, ca, certificate, key string) error {
	if ca != "" {
		text, err := os.ReadFile(ca)
		if err != nil {
			return fmt.Errorf("%s.ca: %w", field, err)
		}
		to.RootCAs = x509.NewCertPool()
		if !to.RootCAs.AppendCertsFromPEM(text) {
			return fmt.Errorf("%s.ca: %s holds no certificate in PEM", field, ca)
		}
	}
	if certificate != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return fmt.Errorf("%s.certificate and %s.key: %w", field, field, err)
		}
		to.Certificates = []tls.Certificate{pair}
	}
	return nil
}
