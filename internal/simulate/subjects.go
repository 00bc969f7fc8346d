package simulate

// Subjects of different kinds must not share a stream.
const (
	subjectWorld uint64 = (iota + 1) << 48
	subjectEmployer
	subjectSite
	subjectBusiness
	subjectSignals
	subjectWeather
	subjectNoise
	subjectTownship
	subjectSlot
	subjectCauses
	subjectHabits
	subjectPermit
	subjectVoice
)
