print("nmsim")
