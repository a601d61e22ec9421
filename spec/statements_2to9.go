package spec

var statements2to9 = []Statement{}
