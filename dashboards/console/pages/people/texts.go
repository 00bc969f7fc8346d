package people

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func init() { language.Add(peopleTexts) }

// peopleTexts are the texts of signing in, accounts and the register of people.
var peopleTexts = map[string]catalog.Text{
	"signin.title":        {ZH: "登录", EN: "Sign in"},
	"signin.name":         {ZH: "用户名", EN: "User name"},
	"signin.password":     {ZH: "密码", EN: "Password"},
	"signin.enter":        {ZH: "登录", EN: "Sign in"},
	"signin.openid":       {ZH: "使用{1}登录", EN: "Sign in with {1}"},
	"signin.wrong":        {ZH: "用户名或密码错误。", EN: "The user name or the password is wrong."},
	"signin.busy":         {ZH: "登录的人太多，请稍后再试。", EN: "Too many people are signing in at once: try again in a moment."},
	"signin.locked":       {ZH: "失败次数过多，请 {1}后再试。", EN: "Too many failed attempts: try again in {1}."},
	"signin.provider":     {ZH: "统一身份认证未成功，请重试；仍不行时联系系统管理员。", EN: "Signing in there did not succeed. Please try again; if it stays, tell the operator."},
	"signin.unregistered": {ZH: "您的身份尚未登记或已停用。请把这个标识告诉管理员：{1}", EN: "You are not registered here, or disabled. Give an administrator this identifier: {1}"},
	"signin.nobody":       {ZH: "还没有任何人员。请在服务器上用下面的命令添加第一名管理员，然后在此登录：", EN: "Nobody has been added yet. Add the first administrator on the server with this command, then sign in here:"},
	"signin.demo":         {ZH: "演示：选择一个身份进入", EN: "Demonstration: enter as one of these"},
	"signin.demo_note":    {ZH: "人员和密码均为虚构，只在演示中存在。", EN: "The people and their passwords are invented and exist in the demonstration only."},

	"password.title":   {ZH: "修改密码", EN: "Change the password"},
	"password.must":    {ZH: "这是管理员给的初始密码，请先改成自己的密码。", EN: "This is the password an administrator gave you. Please change it into your own first."},
	"password.changed": {ZH: "密码已修改，其他登录均已退出。", EN: "The password is changed; all your other sessions have ended."},
	"password.old":     {ZH: "现在的密码", EN: "Present password"},
	"password.new":     {ZH: "新密码", EN: "New password"},
	"password.again":   {ZH: "再输一次新密码", EN: "New password again"},
	"password.change":  {ZH: "修改", EN: "Change"},
	"password.rules":   {ZH: "至少 {1} 个字符，不要求字符种类。几个只有自己想得到的词连在一起最好记。", EN: "At least {1} characters of any kind. A few words that only you would put together are easiest to remember."},
	"password.short":   {ZH: "新密码少于 {1} 个字符。", EN: "The new password is shorter than {1} characters."},
	"password.long":    {ZH: "新密码过长。", EN: "The new password is too long."},
	"password.name":    {ZH: "新密码中含有用户名。", EN: "The new password contains the user name."},
	"password.plain":   {ZH: "新密码太简单：字符重复过多。", EN: "The new password repeats itself too much."},
	"password.same":    {ZH: "新密码与现在的密码相同。", EN: "The new password is the present one."},
	"password.differ":  {ZH: "两次输入的新密码不同。", EN: "The two new passwords differ."},
	"password.wrong":   {ZH: "现在的密码不正确。", EN: "The present password is wrong."},
	"password.busy":    {ZH: "登录的人太多，请稍后再试。", EN: "Too many people are signing in at once: try again in a moment."},
	"password.locked":  {ZH: "失败次数过多，请 {1}后再试。", EN: "Too many failed attempts: try again in {1}."},

	"people.title":        {ZH: "人员", EN: "People"},
	"people.note":         {ZH: "人员不删除，只停用；用户名不重复使用。", EN: "Nobody is removed, only disabled; user names are never used again."},
	"people.name":         {ZH: "姓名", EN: "Name"},
	"people.roles":        {ZH: "角色", EN: "Roles"},
	"people.territory":    {ZH: "辖区（区划代码）", EN: "Territory (division code)"},
	"people.department":   {ZH: "行业主管部门", EN: "Department"},
	"people.active":       {ZH: "正常", EN: "Active"},
	"people.disabled":     {ZH: "已停用", EN: "Disabled"},
	"people.initial":      {ZH: "初始密码未改", EN: "Initial password"},
	"people.no_password":  {ZH: "无密码", EN: "No password"},
	"people.add":          {ZH: "添加人员", EN: "Add a person"},
	"people.save":         {ZH: "保存", EN: "Save"},
	"people.since":        {ZH: "添加于 {1}", EN: "added {1}"},
	"people.rights":       {ZH: "角色与辖区", EN: "Roles and territory"},
	"people.entry":        {ZH: "登录", EN: "Signing in"},
	"people.give":         {ZH: "给出新的初始密码", EN: "Give a new initial password"},
	"people.give_note":    {ZH: "生成一个初始密码，只显示一次；本人首次登录时须修改。已有登录全部退出。", EN: "Makes an initial password, shown once, to be changed at the first sign-in. All sessions end."},
	"people.given":        {ZH: "初始密码（只显示这一次，请当面交给本人）：", EN: "Initial password, shown this once; hand it over in person:"},
	"people.subject":      {ZH: "统一身份标识", EN: "Subject at the OpenID provider"},
	"people.subject_note": {ZH: "本人在 {1} 的标识；留空即解除。", EN: "Who the person is at {1}; empty ends the link."},
	"people.disable":      {ZH: "停用", EN: "Disable"},
	"people.disable_note": {ZH: "立即不能登录，已有登录和令牌全部失效。", EN: "Shut out at once: sessions and tokens end."},
	"people.enable":       {ZH: "恢复使用", EN: "Enable"},
	"people.enable_note":  {ZH: "恢复登录，角色与辖区不变。", EN: "May sign in again, with the same roles and territory."},
	"people.tokens":       {ZH: "接口令牌", EN: "Tokens for the API"},
}
