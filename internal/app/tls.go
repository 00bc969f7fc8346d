package app

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// TLSFiles are PEM files for TLS on the listen address.
type TLSFiles struct {
	// Certificate is the server's certificate, with what leads to its issuer.
	Certificate string `yaml:"certificate"`
	// Key is the certificate's private key.
	Key string `yaml:"key"`
	// ClientCA are the authorities whose client certificates are believed (mutual TLS). A client need not show one; which
	// names may post alerts without the token is set by alerts.client_names.
	ClientCA string `yaml:"client_ca"`
}

// Validate tells what is wrong and what would be accepted.
func (f TLSFiles) Validate() error {
	switch {
	case (f.Certificate == "") != (f.Key == ""):
		return errors.New("tls: want both certificate and key, or neither")
	case f.ClientCA != "" && f.Certificate == "":
		return errors.New("tls.client_ca needs tls.certificate and tls.key: clients show certificates only over TLS")
	}
	return nil
}

// Load reads the files; nil when there is to be no TLS.
func (f TLSFiles) Load() (*tls.Config, error) {
	if f.Certificate == "" {
		return nil, nil
	}
	certificate, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	if f.ClientCA == "" {
		return config, nil
	}
	text, err := os.ReadFile(f.ClientCA)
	if err != nil {
		return nil, fmt.Errorf("tls.client_ca: %w", err)
	}
	config.ClientCAs = x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("tls.client_ca %s holds no certificate in PEM", f.ClientCA)
	}
	config.ClientAuth = tls.VerifyClientCertIfGiven
	return config, nil
}
