print("maeface")
