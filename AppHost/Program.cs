Console.WriteLine("see docs");
