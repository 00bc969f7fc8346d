package ingesttest

import (
	"testing"

	"github.com/anxin-project/anxin/ingest/record"
)

func TestSecretsAreFoundWhereTheyStand(t *testing.T) {
	s := NewSecrets()
	s.Learn(Record{Topic: record.TopicWorkers, Value: []byte(`{"id_number":"522601199810192213","name":"吴娜","phone":"13845733420","bank_account":"623933506349220423`)})
	s.Learn(Record{Topic: record.TopicPayroll, Value: []byte(`{"id_number":"11010519491231002X"}`)})
	s.Learn(Record{Topic: record.TopicEmployers, Value: []byte(`{"name":"演示企业","legal_person":"王秀英"}`)})
	for text, want := range map[string]string{
		"id=522601199810192213.":   "id_number",
		"x522601199810192213":      "id_number",
		"tel 13845733420":          "phone",
		"913845733420":             "",
		`["P-1","吴娜",3]`:           "name",
		`["吴娜建设"]`:                 "",
		"the owner is 王秀英":         "legal_person",
		"演示企业":                     "",
		"623933506349220423":       "",
		"52260119981019 522601199": "",
		"ID=11010519491231002x":    "id_number",
	} {
		if _, got := s.In([]byte(text)); got != want {
			t.Errorf("in %q a %q was found, want %q", text, got, want)
		}
	}
}
