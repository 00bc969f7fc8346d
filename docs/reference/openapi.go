// Package reference holds the description of the API, which the service also serves.
package reference

import _ "embed"

// OpenAPI is openapi.yaml. Tests of each component hold it to its routes (internal/testing/apitest).
//
//go:embed openapi.yaml
var OpenAPI []byte
