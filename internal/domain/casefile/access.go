package casefile

import "github.com/anxin-project/anxin/internal/domain/access"

// Object is what reading a case touches for a person: a case is read where its subject is, and where it is handled.
func (c Case) Object(p *access.Person) access.Object {
	handled := access.At(c.Territory, string(c.Department))
	if c.Territory != "" && access.Allow(p, access.Read, handled) {
		return handled
	}
	return access.At(c.Township, string(c.Department))
}

// Object is what reading an entry of the list touches: the employer's place.
func (e Entry) Object() access.Object { return access.At(e.Township, "") }
