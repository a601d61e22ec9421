package spec

var statements10to12 = []Statement{}
