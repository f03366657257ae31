extension ProgramCheck {
  /// Faults that a program claims to live with: rates in range, no core on a dead one, no route over a dead link.
  func checkFaults() throws(ProgramError) {
    guard let faults = program.faults else { return }
    let rates = [
      ("rate of dead cores", faults.deadCoreRate), ("rate of dead links", faults.deadLinkRate),
      ("rate of stuck weight bits", faults.stuckWeightBits),
    ]
    for (what, rate) in rates where !(rate >= 0 && rate <= 1) {
      throw .invalid(.program, .number(what: what, value: rate, expected: "0 to 1"))
    }
    for core in faults.deadCores { try index("dead core", core, below: ProgramLimits.places, .program) }
    for link in faults.deadLinks {
      try index("column of a dead link", link.x, below: ProgramLimits.places, .program)
      try index("row of a dead link", link.y, below: ProgramLimits.places, .program)
    }
    for (core, image) in program.cores.enumerated() where faults.hasDeadCores {
      try rule(!faults.isDead(core: image.place), "it is at place \(image.place), which is dead", .core(core))
    }
    guard faults.hasDeadLinks else { return }
    let mesh = Mesh(program.chip)
    for (number, route) in program.routes.enumerated() {
      var here = mesh.tile(ofCore: program.cores[route.from].place)
      for direction in route.steps {
        let link = DeadLink(from: here, direction)
        try rule(!faults.isDead(from: here, direction), "it takes the link \(link.text), which is dead", .route(number))
        here = here.neighbour(direction)
      }
    }
  }
}
