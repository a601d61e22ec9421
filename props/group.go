package props

// ofGroups are what holds in a group at each epoch: its tree, who holds what, and that all agree.
var ofGroups []Property
