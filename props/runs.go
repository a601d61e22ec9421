package props

// ofRuns are what holds of whole runs and of their bytes.
var ofRuns []Property
