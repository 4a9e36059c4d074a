def write(folder, facts): pass
