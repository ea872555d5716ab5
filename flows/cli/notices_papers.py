"""`redress notices proof | reach | postal | letters`: the papers about a mailing, and the mailing on paper."""
