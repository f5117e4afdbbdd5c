import Screen

extension State {
    /// The mouse goes to what is on top: a popup, the header and the hints, then the page.
    mutating func receive(_ mouse: Mouse) -> [Effect] {
        guard self.mouse, let layout = Layout(size) else { return [] }
        if let popup { return popup.receive(mouse, in: &self) }
        if mouse.action == .press || mouse.action == .doubleClick {
            let clickables =
                HeaderView(state: self, rect: layout.header).clickables
                + HintsView(state: self, rect: layout.hints).clickables
            notice = nil
            if let hit = clickables.first(where: { $0.rect.contains(mouse.position) }) { return perform(hit.action) }
        }
        return page.receive(mouse, in: layout.body, &self)
    }
}
