package bulletin

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func init() { language.Add(bulletinTexts) }

// bulletinTexts are the texts around bulletins; their own text is the office's.
var bulletinTexts = map[string]catalog.Text{
	"bulletin.list":      {ZH: "工作通报", EN: "Bulletins"},
	"bulletin.list_note": {ZH: "按月、按季由已发布的月度通报数据生成；由负责人署名发布，发布后不再变动。", EN: "Drafted by month and quarter from published editions; published in a named person's name, and unchanged from then on."},
	"bulletin.none":      {ZH: "尚无月度通报数据，暂不能生成。", EN: "There is no edition yet to make one from."},
	"bulletin.of":        {ZH: "{1}{2}工作通报", EN: "Bulletin of {1}, {2}"},
	"bulletin.quarter":   {ZH: "{1}年第{2}季度", EN: "quarter {2} of {1}"},
	"bulletin.period":    {ZH: "期间", EN: "Period"},
	"bulletin.by":        {ZH: "经办人", EN: "By"},
	"bulletin.from":      {ZH: "依据第 {1} 期（数据截至 {2}，政策版本 {3}）", EN: "from edition {1} (data as of {2}, policy {3})"},

	"bulletin.state_draft":     {ZH: "草稿", EN: "draft"},
	"bulletin.state_published": {ZH: "已发布", EN: "published"},
	"bulletin.state_withdrawn": {ZH: "已撤回", EN: "withdrawn"},
	"bulletin.draft_note":      {ZH: "草稿：按现在的记录生成，尚未发布，不得对外使用。", EN: "A draft made from the records of this moment: not published, not to be passed on."},
	"bulletin.was_withdrawn":   {ZH: "此前的版本已由 {1} 于 {2} 撤回：{3}", EN: "The one before was withdrawn by {1} at {2}: {3}"},
	"bulletin.signed":          {ZH: "{1} 于 {2} 发布", EN: "Published by {1} at {2}"},

	"bulletin.publish":      {ZH: "发布", EN: "Publish"},
	"bulletin.publish_note": {ZH: "以您的名义发布上面的内容；发布后原样保存，记入审计日志，只能撤回。", EN: "What stands above is published in your name. It is then kept as it is and stands in the audit log; it can only be withdrawn."},
	"bulletin.withdraw":     {ZH: "撤回", EN: "Withdraw"},
	"bulletin.reason":       {ZH: "撤回原因", EN: "Why it is withdrawn"},

	"bulletin.refused.stands":        {ZH: "已经发布：如需更正，请先撤回。", EN: "It is published already: withdraw it first to correct it."},
	"bulletin.refused.not_published": {ZH: "尚未发布，无需撤回。", EN: "It is not published: there is nothing to withdraw."},
	"bulletin.refused.changed":       {ZH: "记录已有变化，内容与您看到的不同：请核对后再发布。", EN: "Records have changed, and so has what you saw: look at it again before you publish it."},
	"bulletin.refused.reason":        {ZH: "请填写撤回原因（不超过 400 字节）。", EN: "Say why it is withdrawn (at most 400 bytes)."},
	"bulletin.refused.action":        {ZH: "没有这样的操作：应为 publish 或 withdraw。", EN: "There is no such action: want publish or withdraw."},

	"bulletin.ranking":        {ZH: "排名", EN: "Ranking"},
	"bulletin.moves":          {ZH: "变化", EN: "What moved"},
	"bulletin.why":            {ZH: "主要原因（分）", EN: "Mainly by (points)"},
	"bulletin.cap":            {ZH: "限高分", EN: "cap"},
	"bulletin.named":          {ZH: "点名通报", EN: "Named"},
	"bulletin.ground":         {ZH: "依据", EN: "Ground"},
	"bulletin.ground_listed":  {ZH: "已列入失信联合惩戒名单", EN: "on the joint-discipline list"},
	"bulletin.ground_ordered": {ZH: "责令支付到期未履行", EN: "order to pay unmet"},
	"bulletin.ground_red":     {ZH: "红色预警", EN: "red warning"},
	"bulletin.since":          {ZH: "自", EN: "Since"},
	"bulletin.departments":    {ZH: "部门任务", EN: "Departments"},
	"bulletin.unaccepted":     {ZH: "未受理", EN: "not accepted"},
	"bulletin.near":           {ZH: "临期", EN: "due soon"},
	"bulletin.late":           {ZH: "逾期", EN: "late"},
	"bulletin.no_rates":       {ZH: "本期没有可计算的指标。", EN: "No rate can be told of this period."},
	"bulletin.no_cases":       {ZH: "目前没有在办案件。", EN: "No case is open."},
}
