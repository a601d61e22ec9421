package spec

var statements13to17 = []Statement{}
