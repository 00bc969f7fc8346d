//go:build !(linux && amd64)

package embedded

import "context"

// ServeEngine is the whole life of the engine's process. There is none for this operating system and processor.
func ServeEngine(context.Context) error { return ErrUnsupported }
