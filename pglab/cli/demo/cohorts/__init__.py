"""What happens in each cohort of the demo, one file a cohort (three for 90, which ran longest): at least one for every
phase a call can be in. The numbers from 90 on are for samples that nobody takes for one of the program's own."""
