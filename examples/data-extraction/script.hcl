provider "scripted" "script" {
  reply {
    agent = agent.reader
    when  = "var.document == 'invoice-0417.txt'"
    data = {
      supplier = "Hollerbach & Söhne, joinery"
      number   = "2026-0417"
      issued   = "2026-04-17"
      due      = "2026-05-01"
      currency = "EUR"
      lines = [
        { text = "reading-room chairs, oak, oiled", quantity = 12, price = 184, amount = 2208 },
        { text = "tables, 180 x 80, oak", quantity = 3, price = 640, amount = 1920 },
        { text = "delivery and assembly", quantity = 1, price = 165, amount = 165 },
      ]
      net   = 4293
      tax   = 858.6
      total = 5151.6
    }
    usage {
      input_tokens  = 412
      output_tokens = 203
    }
  }
  reply {
    agent = agent.checker
    when  = "var.document == 'invoice-0417.txt'"
    data = {
      consistent = true
      remarks    = ["Two percent discount, 103.03 euros, if paid by 24 April.", "The due date is computed from 14 days; the document does not print it."]
    }
  }

  # This one is wrong on paper: 5 times 31 is 155.
  reply {
    agent = agent.reader
    when  = "var.document == 'invoice-0433.txt'"
    data = {
      supplier = "Papier Brandl"
      number   = "B-0433"
      issued   = "2026-04-22"
      due      = "2026-05-06"
      currency = "EUR"
      lines = [
        { text = "Kartons Kopierpapier A4", quantity = 40, price = 18.9, amount = 756 },
        { text = "Kartons Umschläge C5", quantity = 5, price = 31, amount = 165 },
      ]
      net   = 921
      tax   = 184.2
      total = 1105.2
    }
  }
  reply {
    agent = agent.checker
    when  = "var.document == 'invoice-0433.txt'"
    data = {
      consistent = false
      remarks    = ["Line 2: 5 times 31.00 is 155.00, the invoice says 165.00; net, tax and total carry the ten euros on."]
    }
  }
}
