// Package reference holds the description of the API, which the service also serves.
package reference

import _ "embed"

// OpenAPI is openapi.yaml. A test in alerts/ holds it to the routes.
//
//go:embed openapi.yaml
var OpenAPI []byte
