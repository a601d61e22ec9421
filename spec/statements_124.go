package spec

var statements124 = []Statement{}
