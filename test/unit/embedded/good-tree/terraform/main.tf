variable "region" {
  description = "Where everything stands"
  type        = string
}

output "where" {
  value = "in ${var.region}"
}
