package props

// ofMessages are what holds of each message, and of the keys that protect it.
var ofMessages []Property
