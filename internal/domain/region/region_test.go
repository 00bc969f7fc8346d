package region

import (
	"bytes"
	"compress/gzip"
	"slices"
	"strings"
	"testing"
)

func TestNamesAndPathsOfEveryKindOfDivision(t *testing.T) {
	for _, tt := range []struct{ kind, code, name, path string }{
		{"a province", "33", "浙江省", "浙江省"},
		{"a prefecture", "3310", "台州市", "浙江省台州市"},
		{"a county", "331024", "仙居县", "浙江省台州市仙居县"},
		{"a sub-district", "331024001", "安洲街道", "浙江省台州市仙居县安洲街道"},
		{"a village names its township", "331024001001", "安洲街道", "浙江省台州市仙居县安洲街道"},
		{"a sub-district of a municipality", "110101001", "东华门街道", "北京市东城区东华门街道"},
		{"the districts of a municipality", "1101", "市辖区", "北京市市辖区"},
		{"a county of a municipality", "500229", "城口县", "重庆市城口县"},
		{"a city directly under a province", "429004", "仙桃市", "湖北省仙桃市"},
		{"a city directly under an autonomous region", "659001", "石河子市", "新疆维吾尔自治区石河子市"},
		{"a county-level city", "331082", "临海市", "浙江省台州市临海市"},
		{"a pseudo-county", "441900", "东莞市", "广东省东莞市"},
		{"a town directly under a prefecture", "441900101", "石碣镇", "广东省东莞市石碣镇"},
		{"a town of 中山", "442000101", "黄圃镇", "广东省中山市黄圃镇"},
		{"a pseudo-county with a code like a district's", "620201", "嘉峪关市", "甘肃省嘉峪关市"},
		{"an unknown province", "99", "", ""},
		{"an unknown county", "331099", "", ""},
		{"an unknown township", "331024999", "", ""},
		{"no code", "", "", ""},
		{"a code of a wrong length", "33102400", "", ""},
		{"a code that is no number", "仙居县", "", ""}, // nine bytes
	} {
		t.Run(tt.kind, func(t *testing.T) {
			if got := Name(tt.code); got != tt.name {
				t.Errorf("Name(%s) = %q, want %q", tt.code, got, tt.name)
			}
			if got := Path(tt.code); got != tt.path {
				t.Errorf("Path(%s) = %q, want %q", tt.code, got, tt.path)
			}
			if got := Known(tt.code); got != (tt.name != "") {
				t.Errorf("Known(%s) = %v", tt.code, got)
			}
		})
	}
}

func TestTheTownshipsOfACountyComeSorted(t *testing.T) {
	for county, want := range map[string]int{"331024": 20, "441900": 36, "999999": 0, "3310": 0, "": 0} {
		got := Townships(county)
		if len(got) != want {
			t.Errorf("%s has %d townships, want %d", county, len(got), want)
		}
		if !slices.IsSortedFunc(got, func(a, b Township) int { return strings.Compare(a.Code, b.Code) }) {
			t.Errorf("the townships of %s are unsorted", county)
		}
	}
	Townships("331024")[0].Name = "changed"
	if got := Townships("331024")[0]; got != (Township{"331024001", "安洲街道"}) {
		t.Errorf("a caller changed the data: %v", got)
	}
}

func TestEveryTownshipHasItsPlaceInTheTree(t *testing.T) {
	n, last, counties := 0, "", map[string]bool{}
	for town := range All() {
		n++
		if town.Code <= last || len(town.Code) != 9 || town.Name == "" {
			t.Fatalf("%v comes after %s", town, last)
		}
		last = town.Code
		if Name(town.Code) != town.Name || !Known(County(town.Code)) || !Known(Prefecture(town.Code)) || !Known(town.Code[:2]) {
			t.Fatalf("%v is not in the tree", town)
		}
		if path := Path(town.Code); !strings.HasSuffix(path, town.Name) || strings.Contains(path, "直辖县级") {
			t.Fatalf("the path of %v is %s", town, path)
		}
		counties[County(town.Code)] = true
	}
	if n != 41352 || len(counties) != 2978 {
		t.Errorf("%d townships in %d counties, want 41352 in 2978", n, len(counties))
	}
	total := 0
	for county := range counties {
		total += len(Townships(county))
	}
	if total != n {
		t.Errorf("the counties' townships are %d, all are %d", total, n)
	}
}

func TestCuttingACodeThatIsTooShortGivesNothing(t *testing.T) {
	if County("33102") != "" || Prefecture("331") != "" || County("331024001001") != "331024" || Prefecture("331024") != "3310" {
		t.Error("County and Prefecture cut 6 and 4 digits or nothing")
	}
}

func TestAFaultyFileIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"a line without name": "33\n",
		"an unsorted line":    "33\t浙江省\n11\t北京市\n",
		"a repeated code":     "33\t浙江省\n33\t浙江省\n",
		"an odd length":       "331\t浙江省\n",
	} {
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		if _, err := zip.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := zip.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := read(packed.Bytes()); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if _, err := read(packed[:1000]); err == nil {
		t.Error("a truncated file is accepted")
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := read(packed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkName(b *testing.B) {
	for b.Loop() {
		Name("331024001")
	}
}
