package draw

import (
	"strings"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// Everybody here is invented: names are drawn from lists of common characters, numbers from random digits completed
// to valid check characters. Only the division codes at the head of a resident id are real.

// homes are county codes that people who work on sites come from.
var homes = strings.Fields(`522601 522622 522623 522624 522625 522626 522627 522628 522629 522630 522631 522632 522633
522634 522635 522636 530323 530324 530325 530326 530602 530621 530622 530625 530627 530628 510921 510923 511321 511322
511324 511325 511523 511524 511525 511602 511621 511622 511623 511702 511722 511723 511724 511725 511921 511922 511923
500233 500235 500236 500237 500238 500240 500241 500242 411521 411522 411523 411524 411525 411526 411527 411528 411721
411722 411723 411724 411725 411726 411727 411728 411729 411421 411422 411423 411424 411425 411426 341221 341222 341225
341226 341522 341321 341322 341323 341324 341621 341622 341623 360722 360730 360731 360732 360733 361124 361127 361128
420921 420922 420923 421121 421122 421123 421124 421125 421126 421127 422801 422802 422822 422823 430321 430522 430523
430524 430525 430527 430528 431221 431222 431223 431224 433122 433123 433127 433130 450324 450325 441226 331024 330502`)

var (
	surnames = []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严")
	givens   = []rune("伟强军勇杰涛明超刚平辉鹏华飞波斌宇浩凯健俊帆帅旭宁龙林欢阳建国庆丰海山水生文武德志永光荣祥福贵春夏秋冬梅兰竹菊芳英秀珍玲燕红霞丽娟敏静艳萍玉琴云凤仙莲桂香翠莉娜雪晶琳松柏树根来富长兴旺发宝金银锁柱")
	// brands are put together by threes from characters that firms seldom combine, so that no real firm is named.
	brands = []rune("砚屿禾苇汀岫昀黍棠岑澍蓁旻笙稷柘棣芃垚玥泮璟沅")
)

// Name is a person's name as indexes into the lists above: 4 bytes instead of a string per worker.
type Name uint32

const noGiven = 0xff

// NewName invents a name.
func NewName(r *Dice) Name {
	second := noGiven
	if r.Chance(0.62) {
		second = r.N(len(givens))
	}
	return Name(r.N(len(surnames)) | r.N(len(givens))<<8 | second<<16)
}

// Append appends the name as text.
func (n Name) Append(b []byte) []byte {
	b = append(b, string(surnames[n&0xff])...)
	b = append(b, string(givens[n>>8&0xff])...)
	if n>>16&0xff != noGiven {
		b = append(b, string(givens[n>>16&0xff])...)
	}
	return b
}

// NewBrand invents what a firm is called.
func NewBrand(r *Dice) string {
	return string([]rune{brands[r.N(len(brands))], brands[r.N(len(brands))], brands[r.N(len(brands))]})
}

// Identity is a worker's paper, account and phone.
type Identity struct {
	ID    [18]byte
	IDLen uint8 // 18 for a resident id; other papers are shorter
	Bank  [19]byte
	Phone [11]byte
	Name  Name
}

// IDType is the contract's code for the kind of paper.
func (p *Identity) IDType() string {
	if p.IDLen == 18 {
		return "resident"
	}
	return "hk_macau"
}

// Number is the number on the paper, in place: it must not be changed.
func (p *Identity) Number() []byte { return p.ID[:p.IDLen] }

// NewIdentity invents a person between 19 and 58 years old in the given year.
func NewIdentity(r *Dice, year int) (p Identity) {
	p.Name = NewName(r)
	p.Bank = NewBankAccount(r)
	copy(p.Phone[:], "13")
	for i := 2; i < 11; i++ {
		p.Phone[i] = byte('0' + r.N(10))
	}
	if r.Chance(0.001) {
		p.ID[0], p.IDLen = 'H', 9
		for i := 1; i < 9; i++ {
			p.ID[i] = byte('0' + r.N(10))
		}
		return p
	}
	p.IDLen = 18
	b := append(p.ID[:0], homes[r.N(len(homes))]...)
	age := 19 + (r.N(40)+r.N(40))/2
	b = line.CompactDate(b, civil.NewDate(year-age, 1, 1)+civil.Date(r.N(365)))
	seq := r.N(999) + 1
	if r.Chance(0.82) {
		seq |= 1 // the 17th digit is odd for men
	} else {
		seq &^= 1
	}
	b = line.Padded(b, int64(seq), 3)
	_ = append(b, residentCheck(p.ID[:17]))
	return p
}

// residentCheck is the check character of GB 11643-1999 (ISO 7064 MOD 11-2).
func residentCheck(id []byte) byte {
	sum := 0
	for i := range 17 {
		sum += int(id[i]-'0') * residentWeights[i]
	}
	return "10X98765432"[sum%11]
}

var residentWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// NewBankAccount invents a card number of 19 digits that passes the Luhn check.
func NewBankAccount(r *Dice) (b [19]byte) {
	b[0], b[1] = '6', '2'
	for i := 2; i < 18; i++ {
		b[i] = byte('0' + r.N(10))
	}
	sum := 0
	for i := range 18 {
		v := int(b[i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	b[18] = byte('0' + (10-sum%10)%10)
	return b
}

const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// NewUSCC invents a unified social credit code registered in a county: GB 32100-2015 with the organisation code's own
// check character (GB 11714) inside.
func NewUSCC(r *Dice, county string) string {
	b := append(make([]byte, 0, 18), "91"...)
	b = append(b, county...)
	b = append(b, 'M', 'A')
	for range 6 {
		b = append(b, usccAlphabet[r.N(len(usccAlphabet))])
	}
	sum := 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += orgValue(b[8+i]) * w
	}
	b = append(b, "0X987654321"[sum%11])
	return string(append(b, usccCheck(b)))
}

func orgValue(c byte) int {
	if c <= '9' {
		return int(c - '0')
	}
	return int(c-'A') + 10
}

func usccCheck(b []byte) byte {
	sum, weight := 0, 1
	for i := range 17 {
		sum += strings.IndexByte(usccAlphabet, b[i]) * weight
		weight = weight * 3 % 31
	}
	return usccAlphabet[(31-sum%31)%31]
}
