import State

extension WriteTransaction {
  func deleteStack(_ workspace: String) throws(StoreError) {
    guard let stack = try Reader.stack(connection, workspace: workspace) else {
      throw StoreError(.notFound, "There is no workspace \"\(workspace)\".")
    }
    try requireNoOtherLease(than: nil, stackID: stack.id)
    // Objects and outputs name the runs that changed them and go before them.
    for table in ["leases", "objects", "outputs", "history", "operations", "runs"] {
      let delete = try connection.prepare("DELETE FROM \(table) WHERE stack_id = ?")
      delete.bind(1, stack.id)
      try delete.run()
    }
    let delete = try connection.prepare("DELETE FROM stacks WHERE id = ?")
    delete.bind(1, stack.id)
    try delete.run()
  }
}
